// Resolves imports for ESLint without a build: `@parley/x` to the sources of its folder, `./x.js` to
// `./x.ts`. Everything else is a package or a part of Node, which no rule here needs to follow.
const { existsSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const root = dirname(__dirname);
const notFound = { found: false };

function resolveImport(source, file) {
  if (source.startsWith('.')) return existing(resolve(dirname(file), source));
  const [scope, name, ...inner] = source.split('/');
  if (scope !== '@parley') return notFound;
  const folder = ['packages', 'services']
    .map((parent) => join(root, parent, name))
    .find((candidate) => existsSync(candidate));
  return folder
    ? existing(join(folder, inner.length ? join(...inner) : 'src', 'index.js'))
    : notFound;
}

function existing(path) {
  const found = [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx'), path].find(
    existsSync,
  );
  return found ? { found: true, path: found } : notFound;
}

module.exports = { interfaceVersion: 2, resolve: resolveImport };
