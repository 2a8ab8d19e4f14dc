// Names and children of provinces, cities and counties (GB/T 2260). Server and desk only: 46 kB that a phone must not load;
// a phone asks for the children of one region. Counties directly under a province, and districts of a municipality, are
// children of the province itself: the placeholders 市辖区 and 省直辖县级行政区划 are not places and not regions here.

import { regionLines } from './regions-data.ts';

export type Region = { code: string; zh: string };

type Table = { names: ReadonlyMap<string, string>; children: ReadonlyMap<string, readonly Region[]> };

function parentIn(names: ReadonlyMap<string, string>, code: string): string | undefined {
  if (code.endsWith('0000')) return undefined;
  const city = `${code.slice(0, 4)}00`;
  return city !== code && names.has(city) ? city : `${code.slice(0, 2)}0000`;
}

function build(): Table {
  const names = new Map<string, string>();
  for (const line of regionLines) {
    const province = line.slice(0, 2);
    const [name = '', ...parts] = line.slice(2).split(/(?=\d{4})/);
    names.set(`${province}0000`, name);
    for (const part of parts) names.set(province + part.slice(0, 4), part.slice(4));
  }
  const children = new Map<string, Region[]>();
  for (const [code, zh] of names) {
    const parent = parentIn(names, code) ?? 'root';
    const siblings = children.get(parent);
    if (siblings) siblings.push({ code, zh });
    else children.set(parent, [{ code, zh }]);
  }
  return { names, children };
}

let built: Table | undefined;

function table(): Table {
  built ??= build();
  return built;
}

export function isRegion(code: string): boolean {
  return table().names.has(code);
}

export function regionName(code: string): string | undefined {
  return table().names.get(code);
}

export function parentOf(code: string): string | undefined {
  const { names } = table();
  return names.has(code) ? parentIn(names, code) : undefined;
}

/** From the province down to the place itself; empty for a code that is not in the table. */
export function regionPath(code: string): readonly Region[] {
  const zh = regionName(code);
  if (zh === undefined) return [];
  const parent = parentOf(code);
  return [...(parent === undefined ? [] : regionPath(parent)), { code, zh }];
}

/** 福建省厦门市湖里区 */
export function regionFullName(code: string): string | undefined {
  const path = regionPath(code);
  return path.length === 0 ? undefined : path.map((region) => region.zh).join('');
}

/** The next level down, in the order of the codes; the provinces when no code is given. */
export function childrenOf(code?: string): readonly Region[] {
  return table().children.get(code ?? 'root') ?? [];
}

/** True when `inner` is `outer` or lies in it, by the table and not by the digits alone. */
export function isWithin(inner: string, outer: string): boolean {
  return regionPath(inner).some((region) => region.code === outer);
}

/** The city of the demonstration: 厦门市, and its six districts. */
export const demonstrationRegion = '350200';
