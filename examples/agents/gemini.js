/** Gemini Live: `npm install @google/genai`. The microphone is yours to send, by `session.sendRealtimeInput()`. */
import { GoogleGenAI, Modality } from '@google/genai';
import 'spatius-avatar';
import { attachAgent, gemini } from 'spatius-avatar/agents';

const agent = gemini();
attachAgent(document.querySelector('spatius-avatar'), agent);
const { apiKey, model } = await (await fetch('/api/gemini-key', { method: 'POST' })).json();
const ai = new GoogleGenAI({ apiKey, httpOptions: { apiVersion: 'v1alpha' } });
await ai.live.connect({
  model,
  config: { responseModalities: [Modality.AUDIO], outputAudioTranscription: {} },
  callbacks: { onmessage: agent.receive, onclose: agent.handleClose },
});
