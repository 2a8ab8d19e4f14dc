// What the lists of people ask of the others: the field that takes one, who is registered, and what stands against somebody for a
// service.

import { unionMembershipJoin } from '#catalog/workflows/union-membership-join';
import { startingRoles } from './starting-roles.ts';
import type { CryptoPort } from '#platform/crypto';
import type { Tx } from '#platform/db';
import { invariant } from '#platform/errors';
import type { Catalogue } from '#modules/catalogue';
import { idNumberIndex, isNameOf, type Identity } from '#modules/identity';
import type { Membership } from '#modules/membership';
import type { Authorities } from '#modules/authorities';
import type { ListsPort } from '#modules/cover';
import type { Enterprises } from '#modules/enterprise';
import type { Notices } from '#modules/notices';
import type { Rosters, RostersOptions } from '#modules/rosters';

type Ports = Pick<
  RostersOptions,
  'peopleOfList' | 'prepareList' | 'stageZh' | 'fieldOf' | 'startersOf' | 'idIndex' | 'isNameOf' | 'known' | 'against'
>;

export function rosterPorts(options: {
  readonly catalogue: Pick<Catalogue, 'published'>;
  readonly crypto: CryptoPort;
  readonly identity: Pick<Identity, 'byDocuments' | 'peopleOfList' | 'prepareList'>;
  readonly membership: Pick<Membership, 'membersAmong'>;
}): Ports {
  const { catalogue, crypto, identity, membership } = options;

  async function against(tx: Tx, serviceCode: string, personIds: readonly string[]) {
    const workflow = catalogue.published(serviceCode)?.service.workflow.code;
    // Cover of the same day is looked at when the day is known; a second membership is none on any day.
    const members = workflow === unionMembershipJoin.code ? await membership.membersAmong(tx, personIds) : [];
    return new Map(members.map((id) => [id, '已有有效会籍，不用再入会。请删去这一行。']));
  }

  return {
    fieldOf: (serviceCode, name) => {
      const field = catalogue.published(serviceCode)?.service.fields[name];
      return field?.kind === 'roster' ? field.options : undefined;
    },
    startersOf: (serviceCode) => {
      const service = catalogue.published(serviceCode)?.service;
      return service ? startingRoles(service) : [];
    },
    idIndex: (document) => idNumberIndex(crypto, document),
    isNameOf: (name, index) => isNameOf(crypto, name, index),
    known: identity.byDocuments,
    peopleOfList: identity.peopleOfList,
    prepareList: identity.prepareList,
    stageZh: (serviceCode, stage) => {
      const workflow = catalogue.published(serviceCode)?.service.workflow;
      const step = Object.values(workflow?.steps ?? {}).find((one) => one.perItem && one.role !== 'system');
      return workflow?.ends[stage] ?? step?.outcomes[stage]?.zh ?? '等待本人确认';
    },
    against,
  };
}

/** What is bought for the people of a list: who they are, and what they are told. */
export function listsPort(parts: {
  readonly rosters: () => Pick<Rosters, 'peopleOf'>;
  readonly authorities: Pick<Authorities, 'deadAmong'>;
  readonly notices: Pick<Notices, 'tell'>;
  readonly identity: Pick<Identity, 'peopleOfList'>;
  readonly enterprises: Pick<Enterprises, 'signals'>;
  readonly synthetic: boolean;
}): ListsPort {
  return {
    peopleOf: (...asked) => parts.rosters().peopleOf(...asked),
    notInsurable: (tx, personIds) => parts.authorities.deadAmong(tx, personIds),
    personOf: async (tx, person, region) => {
      const given = { region, synthetic: parts.synthetic };
      const [id] = await parts.identity.peopleOfList(tx, [{ ...person, occupation: null }], given);
      invariant(id, 'who was named is known now');
      return id;
    },
    ordersOn: (tx, asked) => parts.enterprises.signals.ordersOn(tx, asked),
    tell: parts.notices.tell,
  };
}
