import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Guide } from './guide.js';

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <Guide />
  </StrictMode>,
);
