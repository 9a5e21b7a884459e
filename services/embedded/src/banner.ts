/** What a person reads once Parley is ready. Its first line is also read by programs: keep it as it is. */
import { DEMO_PASSWORD } from './accounts.js';

export function banner(ready: {
  readonly url: string;
  readonly dataDir: string;
  readonly model: string;
  readonly demoAccounts: readonly string[];
}): string {
  const who = ready.demoAccounts[0] ?? '<you>';
  const other = ready.demoAccounts[1] ?? '<a friend>';
  const lines = [
    `Parley is ready at ${ready.url}`,
    '',
    `  data   ${ready.dataDir}`,
    `  model  ${ready.model}`,
  ];
  if (ready.demoAccounts.length > 0) {
    lines.push(`  demo   ${ready.demoAccounts.join(', ')} (password ${DEMO_PASSWORD})`);
  }
  const url = ready.url === 'http://127.0.0.1:8000' ? '' : ` --url ${ready.url}`;
  lines.push(
    '',
    'Try it, in two other terminals:',
    `  npm run chat -- --user ${who} --room general${url}`,
    `  npm run chat -- --user ${other} --room general${url}`,
    'and say: hello @ai',
    '',
    `  curl ${ready.url}/api/health/`,
    'Ctrl-C ends it; the next start goes on where this one stopped.',
    '',
  );
  return lines.join('\n');
}
