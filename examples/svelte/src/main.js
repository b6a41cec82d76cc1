import { mount } from 'svelte';
import 'spatius-avatar/svelte';
import App from './App.svelte';

mount(App, { target: document.body });
