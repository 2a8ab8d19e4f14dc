// The rows of a chunk: pure, so that a command inserts them and the synthetic city may COPY them. Every row says which run brought it and
// names the chunk's leaf, whose body commits to each row with a salt of its own.

import { sha256, type CryptoPort } from '#platform/crypto';
import { newId } from '#platform/ids';
import { imported as cover, type ImportedEntryRow, type ImportedPolicyRow } from '#modules/cover';
import { imported as membership, type ImportedMembershipRow } from '#modules/membership';
import { canonical } from '#modules/trace';
import type { ImportKind } from './contract.ts';
import type { ImportLine, MemberLine, PolicyLine } from './line.ts';

export type Route = (role: string, region: string) => string | null;

/** A line that is to be taken, with whom and which organisation it means. `targetId` is the row's id. */
export type Taken = {
  readonly targetId: string;
  readonly line: ImportLine;
  readonly personId: string;
  readonly orgId: string;
  readonly orgRegion: string;
  /** The last generation of a day of this person; 0 where the ledger has none. */
  readonly generationOf: (day: string) => number;
};

export type Given = {
  readonly runId: string;
  readonly source: string;
  readonly at: string;
  readonly today: string;
  readonly route: Route;
};

export type ChunkRows = {
  readonly membership: readonly ImportedMembershipRow[];
  readonly cover_policy: readonly ImportedPolicyRow[];
  readonly cover_entry: readonly ImportedEntryRow[];
};

type Leafless<Row> = Omit<Row, 'leaf_id'>;

/** `leafOf` makes the leaf that commits to what it is given, and says its id. */
export function chunkRows(
  crypto: Pick<CryptoPort, 'pseudonym' | 'commitment'>,
  taken: readonly Taken[],
  given: Given,
  leafOf: (commitments: readonly Commitment[]) => string,
): ChunkRows {
  const members: Leafless<ImportedMembershipRow>[] = [];
  const policies: { row: Leafless<ImportedPolicyRow>; generationOf: Taken['generationOf'] }[] = [];
  for (const one of taken) {
    if (one.line.kind === 'members') members.push(memberRow(one, one.line, given));
    else policies.push({ row: policyRow(one, one.line, given), generationOf: one.generationOf });
  }
  const committed = [...members, ...policies.map(({ row }) => row)].map((row) => commitmentOf(crypto, row));
  const leaf = { leaf_id: leafOf(committed) };
  const whole = policies.map(({ row, generationOf }) => ({ row: { ...row, ...leaf }, generationOf }));
  return {
    membership: members.map((row) => ({ ...row, ...leaf })),
    cover_policy: whole.map(({ row }) => row),
    cover_entry: whole.flatMap(({ row, generationOf }) => cover.entryRows(row, given.at, generationOf)),
  };
}

const originOf = ({ runId, source, today }: Given) => ({
  import_run_id: runId,
  import_source: source,
  imported_on: today,
});

function memberRow(one: Taken, line: MemberLine, given: Given): Leafless<ImportedMembershipRow> {
  const { targetId, personId, orgId, orgRegion } = one;
  return {
    ...originOf(given),
    membership_id: targetId,
    person_id: personId,
    union_org_id: orgId,
    member_no: line.number,
    joined_on: line.joinedOn,
    card_serial: 1,
    card_since: given.at,
    readers: membership.importedReaders(personId, orgId, given.route('county_union', orgRegion)),
  };
}

function policyRow(one: Taken, line: PolicyLine, given: Given): Leafless<ImportedPolicyRow> {
  const { targetId, personId, orgId } = one;
  const { startsAt, endsAt } = cover.importedSpan(line.firstDay, line.days, line.startsAt);
  return {
    ...originOf(given),
    policy_id: targetId,
    policy_no: line.number,
    person_id: personId,
    insurer_org_id: orgId,
    insurer_policy_no: line.insurerNo,
    region: line.region,
    work_type: line.workType,
    first_day: line.firstDay,
    days: line.days,
    starts_at: startsAt,
    ends_at: endsAt,
    premium_fen: line.premiumFen,
    subsidy_fen: line.subsidyFen,
    issued_at: given.at,
    readers: cover.importedCoverReaders(personId, orgId, (role) => given.route(role, line.region)),
  };
}

type Committable = Leafless<ImportedMembershipRow> | Leafless<ImportedPolicyRow>;
export type Commitment = { readonly id: string; readonly commitment: string };

/** What a row's commitment says: no more than the row itself, so that whoever holds the row and the key can open it. */
function committedBody(crypto: Pick<CryptoPort, 'pseudonym'>, row: Committable): object {
  const subject = crypto.pseudonym(row.person_id);
  if ('membership_id' in row) {
    const { member_no: memberNo, union_org_id: union, joined_on: joinedOn, import_source: source } = row;
    return { kind: 'membership', source, subject, memberNo, union, joinedOn };
  }
  return {
    kind: 'policy',
    source: row.import_source,
    subject,
    policyNo: row.policy_no,
    insurer: row.insurer_org_id,
    firstDay: row.first_day,
    days: row.days,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    premiumFen: row.premium_fen,
    subsidyFen: row.subsidy_fen,
  };
}

/** The salt is made from the row's id by the installation's key: it is kept nowhere and tells nothing without the key. */
export function commitmentOf(crypto: Pick<CryptoPort, 'pseudonym' | 'commitment'>, row: Committable): Commitment {
  const id = 'membership_id' in row ? row.membership_id : row.policy_id;
  const salt = crypto.commitment('import_commitment', id);
  return { id, commitment: sha256(salt, canonical(committedBody(crypto, row))).toString('base64') };
}

/** The act of taking a chunk: its leaf commits to every row. */
export function chunkAct(
  run: { readonly runId: string; readonly kind: ImportKind; readonly source: string; readonly region: string },
  at: string,
  commitments: readonly Commitment[],
) {
  return {
    eventId: newId(),
    type: run.kind === 'members' ? 'membership.imported' : 'cover.imported',
    at,
    region: run.region,
    department: '',
    actorId: null,
    subjectId: null,
    body: { run: run.runId, source: run.source, commitments },
  };
}

/** The administrator's act of beginning a run. */
export function beginningOf(run: {
  readonly runId: string;
  readonly kind: ImportKind;
  readonly source: string;
  readonly fileName: string;
  readonly fileHash: Buffer;
}) {
  const { runId, kind, source, fileName, fileHash } = run;
  const zh = kind === 'members' ? '会员' : '保单';
  return {
    type: 'import_run',
    content: { kind, source, hash: fileHash.toString('hex') },
    title: `从旧系统“${source}”导入${zh}`,
    body: { run: runId, file: fileName },
  };
}
