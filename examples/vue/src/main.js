import { createApp } from 'vue';
import 'spatius-avatar';
import App from './App.vue';

createApp(App).mount('#app');
