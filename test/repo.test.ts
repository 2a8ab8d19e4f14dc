// What lint cannot see: sizes, numbering, the glossary, that every declared refusal is raised, that no real identity number is
// here, who may import whom, and words that do not belong in the repository.

import { describe, expect, it } from 'vitest';
import { idNumberChecksum } from './id-number.ts';
import { importsOf, isCode, isTest, resolveImport, textFiles, type SourceFile } from './repo-files.ts';
import { unknownWords } from '#catalog/glossary';
import { documents } from '#catalog/documents/index';
import { notices } from '#catalog/notices';
import { services } from '#catalog/services/index';
import { collectiveWageNegotiation } from '#catalog/workflows/collective-wage-negotiation';
import { injuryConfirmation } from '#catalog/workflows/injury-confirmation';

const files = textFiles();
const code = files.filter(({ path }) => isCode(path));
const product = code.filter(({ path }) => path.startsWith('src/') && !isTest(path));
const self = 'test/repo.test.ts';

const linesOf = ({ text }: SourceFile): number => text.split('\n').length;
/** Each place where a pattern is found, as `path:line`. */
function places(among: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return among.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1} ${line.trim().slice(0, 80)}`] : [])),
  );
}

describe('sizes', () => {
  it('no file of the product is over 500 lines', () => {
    expect(
      product.filter((file) => !file.path.endsWith('-data.ts') && linesOf(file) > 501).map(({ path }) => path),
    ).toEqual([]);
  });

  it('no function is over 100 lines, but those that make a module', () => {
    const long = product.flatMap(({ path, text }) => {
      const starts = [...text.matchAll(/^(?:export )?(?:async )?function\*? (\w+)/gm)];
      return starts.flatMap((match) => {
        const body = text.slice(match.index, text.indexOf('\n}\n', match.index));
        const made = /^(create|make|open|start|simulate)|Routes$|Simulator$|Client$|App$|Plugin$/.test(match[1] ?? '');
        const sample = /\/(canned|fake)-[\w-]+\.ts$/.test(path);
        return !made && !sample && body.split('\n').length > (path.endsWith('.tsx') ? 150 : 100)
          ? [`${path} ${match[1]}`]
          : [];
      });
    });
    expect(long).toEqual([]);
  });

  it('every file opens with what it is for', () => {
    const silent = product.filter(
      ({ path, text }) => path.endsWith('.ts') && !text.startsWith('//') && !text.startsWith('/*'),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('decisions', () => {
  it('have a number each', () => {
    const numbers = files.flatMap(({ path }) => /^docs\/decisions\/(\d{4})-/.exec(path)?.[1] ?? []);
    expect(numbers.filter((one, at) => numbers.indexOf(one) !== at)).toEqual([]);
    expect(numbers.length).toBeGreaterThan(0);
  });
});

describe('migrations', () => {
  it('are numbered without a gap', () => {
    const names = files.flatMap(({ path }) => /^db\/(\d{4}_[a-z0-9_]+\.sql)$/.exec(path)?.[1] ?? []).toSorted();
    expect(names.length).toBeGreaterThan(0);
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_name, at) => at + 1));
  });

  it('comment on tables whose names do not say it all, and have no trigger', () => {
    const sql = files
      .filter(({ path }) => /^db\/\d{4}_/.test(path))
      .map(({ text }) => text)
      .join('\n');
    expect(sql).not.toMatch(/create (or replace )?(constraint )?trigger/i);
    const tables = [...sql.matchAll(/^create table (\w+)/gm)].map((match) => match[1] ?? '');
    const commented = new Set([...sql.matchAll(/^comment on table (\w+)/gm)].map((match) => match[1]));
    const obvious = new Set(['org', 'case_action']);
    expect(tables.filter((table) => !commented.has(table) && !obvious.has(table))).toEqual([]);
  });
});

describe('glossary', () => {
  const unknown = (names: readonly string[]) =>
    names.flatMap((name) => unknownWords(name).map((word) => `${name}: ${word}`));

  it('holds the words of every table', () => {
    const tables = files.flatMap(({ path, text }) =>
      /^db\/\d{4}_/.test(path) ? [...text.matchAll(/^create table (\w+)/gm)].map((match) => match[1] ?? '') : [],
    );
    expect(tables.length).toBeGreaterThan(30);
    expect(unknown(tables)).toEqual([]);
  });

  it('holds the words of every module', () => {
    const modules = new Set(product.flatMap(({ path }) => /^src\/modules\/([^/]+)\//.exec(path)?.[1] ?? []));
    expect(modules.size).toBeGreaterThan(3);
    expect(unknown([...modules])).toEqual([]);
  });

  it('holds the words of every workflow, step and action', () => {
    const workflows = new Set([
      ...services.map((service) => service.workflow),
      injuryConfirmation,
      collectiveWageNegotiation,
    ]);
    expect(unknown([...workflows].flatMap((workflow) => [workflow.code, ...Object.keys(workflow.steps)]))).toEqual([]);
    const model = product.find(({ path }) => path === 'src/modules/cases/model.ts')?.text ?? '';
    const actions = [...(/export type ActionType =([^;]+);/.exec(model)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      (match) => match[1] ?? '',
    );
    expect(actions.length).toBeGreaterThan(10);
    expect(unknown(actions)).toEqual([]);
  });
});

describe('refusals', () => {
  const declared = product.flatMap(({ path, text }) =>
    [...text.matchAll(/^\s+'([a-z_]+\.[a-z_]+)':\s*\{\s*status:/gm)].map((match) => ({ path, code: match[1] ?? '' })),
  );

  it('are each raised somewhere', () => {
    expect(declared.length).toBeGreaterThan(20);
    const times = (name: string): number =>
      product.reduce((count, { text }) => count + text.split(`'${name}'`).length - 1, 0);
    const unraised = declared.filter(({ code: name }) => times(name) < 2);
    expect(unraised.map(({ path, code: name }) => `${path} ${name}`)).toEqual([]);
  });

  it('are declared in the module whose name they carry', () => {
    const strangers = declared.filter(({ path, code: name }) => {
      const folder = /^src\/modules\/([^/]+)\//.exec(path)?.[1];
      return folder !== undefined && !name.startsWith(`${folder}.`);
    });
    expect(strangers).toEqual([]);
  });
});

describe('identity numbers', () => {
  /** Published examples of GB 11643 and numbers whose region code was never given to anybody. */
  const vectors = new Set<string>(['11010519491231002X', '440524188001010014']);
  const found = files
    .filter(({ path }) => path !== 'package-lock.json')
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])/g,
        ),
      ]
        .map((match) => match[0].toUpperCase())
        .filter((number) => idNumberChecksum(number.slice(0, 17)) === number[17])
        .map((number) => ({ path, number })),
    );

  it('are recognised by this test', () => {
    expect(idNumberChecksum('11010519491231002')).toBe('X');
    expect(idNumberChecksum('44052418800101001')).toBe('4');
  });

  it('stand in tests only, and only those that belong to nobody', () => {
    expect(
      found
        .filter(({ path, number }) => !vectors.has(number) || !isTest(path))
        .map(({ path, number }) => `${path} ${number}`),
    ).toEqual([]);
  });
});

describe('imports', () => {
  const edges = code.flatMap(({ path, text }) =>
    importsOf(text).map(({ specifier, isTypeOnly }) => ({
      path,
      specifier,
      isTypeOnly,
      target: resolveImport(path, specifier),
    })),
  );

  it('are siblings or doors, never a way up', () => {
    const wrong = edges.filter(
      ({ path, specifier }) => /^\.\.|^\.\/.*\.\.\/|^\//.test(specifier) && !path.startsWith('tools/'),
    );
    expect(wrong.map(({ path, specifier }) => `${path} ${specifier}`)).toEqual([]);
  });

  it('carry .ts beside, and lead somewhere', () => {
    const lost = edges.filter(({ target }) => target === undefined);
    expect(lost.map(({ path, specifier }) => `${path} ${specifier}`)).toEqual([]);
  });

  /** Deny by default: a layer reaches what is named here, and nothing else. */
  const may: Readonly<Record<string, RegExp>> = {
    platform: /^(\.\/|#platform\/)/,
    catalog: /^(\.\/|#platform\/|#catalog(\/|$))/,
    modules: /^(\.\/|#platform\/|#catalog(\/|$)|#modules\/|#contract\/)/,
    adapters: /^(\.\/|#platform\/|#adapters\/)/,
    apps: /^(\.\/|#platform\/|#catalog(\/|$)|#contract\/|#ui\/)/,
    main: /^(\.\/|#)/,
  };
  it('go in the directions of the style guide', () => {
    const wrong = edges.flatMap(({ path, specifier, target }) => {
      if (target === null || isTest(path) || !path.startsWith('src/')) return [];
      const layer = /^src\/(platform|catalog|modules|adapters|apps)\//.exec(path)?.[1] ?? 'main';
      return may[layer]?.test(specifier) ? [] : [`${path} → ${specifier}`];
    });
    expect(wrong).toEqual([]);
  });

  it('enter a module by its door only', () => {
    const wrong = edges.filter(({ path, specifier, target }) => {
      const module = /^src\/(modules|adapters)\/[^/]+\//.exec(target ?? '')?.[0];
      if (!module || path.startsWith(module)) return false;
      return (
        !/^(src\/(modules|adapters)\/[^/]+\/(index|contract)\.ts)$/.test(target ?? '') &&
        !specifier.startsWith('#test/')
      );
    });
    expect(wrong.map(({ path, specifier }) => `${path} → ${specifier}`)).toEqual([]);
  });

  const runtime = new Map<string, string[]>();
  for (const { path, target, isTypeOnly } of edges)
    if (target && !isTypeOnly) runtime.set(path, [...(runtime.get(path) ?? []), target]);
  const reached = (start: string): ReadonlySet<string> => {
    const seen = new Set([start]);
    for (const at of seen) for (const next of runtime.get(at) ?? []) seen.add(next);
    return seen;
  };

  it('make no circle', () => {
    const circular = [...runtime.keys()].filter((path) =>
      (runtime.get(path) ?? []).some((next) => reached(next).has(path)),
    );
    expect(circular).toEqual([]);
  });

  it('keep the catalogue and the contracts fit for a browser', () => {
    const starts = product.filter(({ path }) => /^src\/catalog\/|^src\/modules\/[^/]+\/(.*-)?contract\.ts$/.test(path));
    const wrong = starts.flatMap(({ path }) =>
      [...reached(path)].flatMap((file) =>
        edges
          .filter(
            (edge) =>
              edge.path === file &&
              edge.target === null &&
              !edge.isTypeOnly &&
              !['zod', 'canonicalize'].includes(edge.specifier),
          )
          .map(({ specifier }) => `${path} reaches ${specifier} in ${file}`),
      ),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });
});

describe('words', () => {
  it('nothing is left to do, and no test is left out', () => {
    const among = code.filter(({ path }) => path !== self);
    expect(places(among, /\b(TODO(?!\(\w+\))|FIXME|XXX|HACK)\b/)).toEqual([]);
    expect(
      places(
        among.filter(({ path }) => isTest(path)),
        /\b(it|test|describe)\.(only|skip|todo)\b/,
      ),
    ).toEqual([]);
  });

  it('the project speaks of itself alone', () => {
    const among = files.filter(({ path }) => path !== self && path !== 'package-lock.json');
    expect(places(among, /(^|[\s'"`(=])\/(work|root|home)\//)).toEqual([]);
    expect(places(among, /\b(claude|anthropic|openai|chatgpt|copilot)\b/i)).toEqual([]);
    expect(places(among, /https?:\/\/[\w.-]*(registry|npmmirror|artifactory|nexus|verdaccio)[\w.-]*/i)).toEqual([]);
  });

  it('the lock file names no host but the public registry', () => {
    const lock = files.find(({ path }) => path === 'package-lock.json')?.text ?? '';
    const hosts = new Set([...lock.matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]));
    expect([...hosts].filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
  });

  it('no Chinese text of the catalogue is a placeholder', () => {
    const workflows = [injuryConfirmation, collectiveWageNegotiation];
    const texts = JSON.stringify([services, workflows, notices, documents]);
    for (const word of ['TBD', '待定', '占位', '某某', '测试用', '此处填写', 'lorem', '？？'])
      expect(texts).not.toContain(word);
  });

  it('no identifier is pinyin of a common term', () => {
    const pinyin = /\b(gonghui|baoxian|shenqing|lipei|zhigong|laodong|gongshang|rensheju|banjian|dangan)/i;
    expect(places(product, pinyin)).toEqual([]);
  });
});
