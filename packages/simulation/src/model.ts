/** A scripted model, and the ways in which providers fail. */
import type { LanguageModel } from '@parley/ports';
import { createScriptedModel, type Mishap } from '@parley/scripted-model';
import type { SimNode } from './sim-node.js';

/** How many calls in all go wrong; half of the failing ones would succeed if they were tried again. */
const MISHAPS = 0.25;

export function modelOf(node: SimNode): LanguageModel {
  const dice = node.dice.stream('model');
  return createScriptedModel({
    clock: node.clock,
    tokensPerSecond: 60,
    rehearsal: {
      pieces: (_request, call) =>
        Array.from({ length: dice.int(1, 25) }, (_, index) => `${node.name}:${call}.${index} `),
      mishap: (): Mishap | undefined => {
        if (!dice.chance(MISHAPS)) return undefined;
        const kind = dice.pick(['refused', 'broken', 'cut', 'stall', 'malformed'] as const);
        if (kind === 'refused') return { kind, status: dice.pick([400, 429, 500, 503]) };
        return { kind, after: dice.int(0, 12) };
      },
    },
  });
}
