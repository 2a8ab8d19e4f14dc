// A field with its state as the pages draw it: raw input, problems, files, the level of regions to choose from. Reads the region
// table; writes nothing.

import type { Field } from '#catalog/define';
import { fieldKind, parseField } from '#catalog/fields/index';
import { isSecret } from '#catalog/form';
import { childrenOf, isRegion, parentOf, regionFullName, regionPath } from '#catalog/regions';
import type { Condition } from '#platform/condition';
import type { FieldView, FileView, OrgOption, Problems, RegionPicker } from './pages/model.ts';
import { part, textOf } from './pages/raw.ts';

export type ViewInput = {
  readonly name: string;
  readonly field: Field;
  readonly required: boolean;
  readonly raw: unknown;
  readonly today: string;
  readonly problems?: Problems;
  readonly masked?: string | null;
  readonly from?: string | null;
  readonly files?: readonly FileView[];
  readonly orgs?: readonly OrgOption[] | null;
  readonly query?: string;
  readonly signer?: string;
  readonly picker?: RegionPicker | null;
  readonly place?: FieldView['place'];
  readonly showWhen?: Condition | null;
};

export function fieldView(input: ViewInput): FieldView {
  const { field } = input;
  return {
    name: input.name,
    kind: field.kind,
    zh: field.zh,
    help: field.help ?? null,
    required: input.required,
    options: field.options,
    raw: input.raw,
    masked: input.masked ?? null,
    problems: input.problems ?? [],
    from: input.from ?? null,
    sensitive: field.class === 'sensitive' || isSecret(field),
    files: input.files ?? [],
    picker: input.picker ?? null,
    place: input.place ?? null,
    orgs: input.orgs ?? null,
    query: input.query ?? '',
    today: input.today,
    signer: input.signer ?? '',
    showWhen: input.showWhen ?? null,
  };
}

/** The level to begin with: the places beside the person's own. */
function startLevel(region: string): string | undefined {
  return childrenOf(region).length > 0 ? region : parentOf(region);
}

export type PickerInput = {
  /** From the address: a code, `all` for the provinces, empty for where the person lives. */
  readonly at: string;
  readonly home: string;
  readonly options: object;
  readonly today: string;
  /** Kept in every link, without a leading `&`. */
  readonly keep: string;
  /** A chosen place becomes a link with this parameter instead of the form's answer. */
  readonly chooseBy?: string;
};

export function regionPicker(input: PickerInput): RegionPicker {
  const keep = input.keep === '' ? '' : `&${input.keep}`;
  const level = input.at === 'all' ? undefined : isRegion(input.at) ? input.at : startLevel(input.home);
  const choosable = (code: string): boolean =>
    parseField({ kind: 'region', options: input.options, required: true }, code, { today: input.today, isRegion }).ok;
  const link = (code: string): string => `?at=${code}${keep}`;
  return {
    path: level === undefined ? [] : regionPath(level).map((one) => ({ zh: one.zh, href: link(one.code) })),
    children: childrenOf(level).map((child) => {
      const last = childrenOf(child.code).length === 0 || choosable(child.code);
      const chosen = input.chooseBy === undefined ? null : `?${input.chooseBy}=${child.code}${keep}`;
      return { code: child.code, zh: child.zh, href: last ? chosen : link(child.code), choosable: last };
    }),
  };
}

export function placeName(code: string): string {
  return regionFullName(code) ?? code;
}

export function formatNames(): { regionName(code: string): string | undefined } {
  return { regionName: regionFullName };
}

/** Code of the region inside an address or a position, or the person's own county. */
export function regionInside(raw: unknown, home: string): string {
  const code = textOf(part(raw, 'region'));
  if (code !== '') return code;
  return fieldKind('region').parse(home, {}, { today: '', isRegion }).ok ? home : '';
}
