import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// Vue wants to know which tags are custom elements and no components.
const isCustomElement = (tag) => tag === 'spatius-avatar';

export default defineConfig({ plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] });
