/** Writes `custom-elements.json` from the element's docstrings. */
import { mustRunNode } from './run.js';

await mustRunNode('node_modules/@custom-elements-manifest/analyzer/cem.js', 'analyze', '--config', 'custom-elements-manifest.config.js', '--quiet');
