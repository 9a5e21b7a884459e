import type { PromptMessage } from '@parley/domain';

/** The most that one is made to count to: about as long as the longest answers of real models. */
const MAX_COUNT = 1_000;
const HAN = /\p{Script=Han}/u;

interface Rule {
  readonly asks: RegExp;
  readonly english: (match: RegExpExecArray) => string;
  readonly chinese: (match: RegExpExecArray) => string;
}

const code = [
  '```ts',
  'function greet(name: string): string {',
  '  return `Hello, ${name}!`;',
  '}',
  '```',
].join('\n');
const list = ['- one', '- **two**', '- `three`'].join('\n');
const counted = (match: RegExpExecArray): string =>
  Array.from({ length: Math.min(MAX_COUNT, Number(match[1])) }, (_, i) => i + 1).join(', ');
const repeated = (match: RegExpExecArray): string => match[1] ?? '';

/** The first rule that the question fits answers it. */
const RULES: readonly Rule[] = [
  { asks: /(?:count\s+(?:up\s+)?to|数到)\s*(\d{1,6})/iu, english: counted, chinese: counted },
  {
    asks: /^(?:please\s+)?(?:repeat|say|重复|请说)\s*[:：]?\s*(.+)$/isu,
    english: repeated,
    chinese: repeated,
  },
  {
    asks: /\b(?:code|function|script|program|snippet)\b|代码|函数|程序/iu,
    english: () => `Here is a small function:\n\n${code}\n\nIt greets whoever it is given.`,
    chinese: () => `这是一个简单的函数：\n\n${code}\n\n它会向给定的人问好。`,
  },
  {
    asks: /\b(?:markdown|list|table)\b|列表|表格/iu,
    english: () =>
      `## A heading\n\nA list:\n\n${list}\n\n| room | members |\n| --- | --- |\n| tea | 3 |\n`,
    chinese: () => `## 标题\n\n列表：\n\n${list}\n\n| 房间 | 成员 |\n| --- | --- |\n| 茶 | 3 |\n`,
  },
  {
    asks: /^(?:hi|hello|hey|good (?:morning|afternoon|evening))\b|^(?:你好|您好|嗨)/iu,
    english: () => 'Hello! Ask me something, or try "count to 20" or "show me some code".',
    chinese: () => '你好！可以问我问题，或者试试“数到20”或“给我看一段代码”。',
  },
  {
    asks: /\bparley\b|\bwho are you\b|\bhelp\b|你是谁|帮助/iu,
    english: () =>
      'Parley is a chat in which people and an AI share rooms. Everyone in a room watches the same answer ' +
      'grow, and it survives a lost connection. I am only a demonstration: no key of a provider is set. ' +
      'With `OPENAI_API_KEY` set, a real model answers in my place.',
    chinese: () =>
      'Parley 是一个人与 AI 共享房间的聊天平台：房间里的每个人都能看到同一个回答逐字出现，断线之后也不会丢失。' +
      '我只是演示：没有设置模型的密钥。设置 `OPENAI_API_KEY` 之后，就由真正的模型来回答。',
  },
];

/** Where several people speak, a prompt puts their names first; a command to repeat something looks alike. */
const SPEAKER = /^(?!(?:please\s+)?(?:repeat|say|重复|请说)\s*:)[^\s:][^:\n]{0,63}: (?=\S)/iu;

/** The last thing that a person said, without his own name and the names that called the assistant. */
function questionOf(messages: readonly PromptMessage[]): string {
  const said = messages.filter((message) => message.role === 'user').map(({ content }) => content);
  const named = said.length > 1 && said.every((content) => SPEAKER.test(content));
  const last = said.at(-1) ?? '';
  return (named ? last.replace(SPEAKER, '') : last).replace(/(?:^|\s)@[\w.:/-]+/gu, ' ').trim();
}

/**
 * The whole answer to a prompt: a function of its text alone. It says what it is, so that nobody takes it for a real
 * model's.
 */
export function answerTo(messages: readonly PromptMessage[]): string {
  const question = questionOf(messages);
  const chinese = HAN.test(question);
  const label = chinese ? '**演示模型**：' : '**Demo model:** ';
  for (const rule of RULES) {
    const match = rule.asks.exec(question);
    if (match !== null) return label + (chinese ? rule.chinese(match) : rule.english(match));
  }
  const turns = messages.filter((message) => message.role !== 'system').length;
  return (
    label +
    (chinese
      ? `你问的是：“${question}”。这次对话我读到了 ${turns} 条消息。没有设置模型的密钥，所以我只能这样回答。`
      : `you said “${question}”. I was given ${turns} message${turns === 1 ? '' : 's'} of this room to read. ` +
        'No key of a provider is set, so this is all I can say about it.')
  );
}
