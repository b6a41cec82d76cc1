import { createApp } from 'vue';
import 'spatius-avatar/vue';
import App from './App.vue';

createApp(App).mount('#app');
