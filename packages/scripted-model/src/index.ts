/** A language model that follows a script. */
export { createScriptedModel, type ScriptedModelOptions } from './scripted-model.js';
export { answerTo } from './answers.js';
export { piecesOf } from './pieces.js';
export type { Mishap, Rehearsal } from './rehearsal.js';
