// What each page of the worker's app shows, as plain data: the one argument of `render`. Types only; every text is ready to be
// read by a person and already masked. Nothing here knows a request, a session or the database.

import type { AccountBody } from './model-account.ts';
import type { PrivacyBody } from './model-privacy.ts';
import type { Condition } from '#platform/condition';
import type { FieldKindName } from '#catalog/fields/index';
import type { FieldProblem } from '#platform/errors';
import type { ActiveStepView, CaseView, FormField, PossibleAction } from '#contract/cases';

export type Tab = 'home' | 'services' | 'cases' | 'messages' | 'me';
export type TextSize = 'normal' | 'large' | 'huge';

/** What every page carries. `requestId` is new on every page and the same again after a 422. */
export type Frame = {
  readonly demo: boolean;
  /** In China: what is not of this year is told with its year. */
  readonly today: string;
  readonly size: TextSize;
  readonly signedIn: boolean;
  /** For whom an agent acts; then nothing on the page is the visitor's own. */
  readonly acting: string | null;
  readonly unread: number;
  readonly csrf: string;
  readonly requestId: string;
  readonly islandUrl: string;
  readonly tab: Tab | null;
  readonly back: { readonly href: string; readonly zh: string } | null;
};

export type Problems = readonly FieldProblem[];
export type Light = 'green' | 'yellow' | 'red';
export type Link = { readonly href: string; readonly zh: string };

export type ServiceCard = {
  readonly code: string;
  readonly zh: string;
  readonly summary: string;
};

export type LifeEvent = { readonly code: string; readonly zh: string; readonly services: readonly ServiceCard[] };

export type CoverNow = {
  readonly covered: boolean;
  /** 例如：今天在保，到今晚 24:00 */
  readonly text: string;
  readonly policyNo: string | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
};

/** Something that waits for this person: a step of theirs, a payment, a supplement, a rating. */
export type DueItem = {
  readonly href: string;
  readonly title: string;
  readonly text: string;
  readonly dueText: string;
  readonly light: Light;
};

export type CaseItem = {
  readonly caseId: string;
  readonly caseNo: string;
  readonly serviceZh: string;
  readonly statusText: string;
  readonly whose: string;
  readonly dueText: string;
  readonly light: Light;
  readonly status: 'open' | 'ended';
  readonly at: string;
};

export type HomeModel = {
  readonly name: string;
  readonly cover: CoverNow;
  /** How auto-renewal stands, in one line; null for whoever has none. */
  readonly renewal: string | null;
  readonly due: readonly DueItem[];
  readonly doing: readonly CaseItem[];
  readonly services: readonly ServiceCard[];
  /** Where the large button leads, and where cover is bought: codes of services. */
  readonly reportService: string;
  readonly buyService: string;
};

export type Message = {
  readonly messageId: string;
  readonly title: string;
  readonly text: string;
  readonly at: string;
  readonly read: boolean;
  readonly caseId: string | null;
};

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

export type CoverDay = {
  readonly day: string;
  readonly policyNo: string;
  readonly from: string;
  readonly to: string;
  readonly stateZh: string;
  readonly refundable: boolean;
  /** The older system that sold it, unverified here. */
  readonly importedFrom: string | null;
  /** The organisation that bought the day for the person. */
  readonly holder: string | null;
};

export type CoverModel = {
  readonly now: CoverNow;
  readonly days: Page<CoverDay>;
  readonly buyService: string;
  /** Null when nothing can be given back. */
  readonly refundService: string | null;
  readonly renewal: string | null;
};

/** What a person has in hand of a policy that an organisation took out. */
export type CertificateModel = {
  readonly policyNo: string;
  readonly held: boolean;
  readonly stateZh: string;
  readonly text: string;
  readonly rows: readonly { readonly zh: string; readonly text: string }[];
  readonly terms: readonly { readonly zh: string; readonly text: string }[];
  /** Before it begins. */
  readonly canLeave: boolean;
  readonly reportService: string;
};

export type RenewalDay = {
  readonly day: string;
  readonly stateZh: string;
  /** Whether the money was taken, or is being taken. */
  readonly taken: boolean;
  readonly amountFen: number;
  readonly subsidyFen: number;
  readonly why: string;
};

export type RenewalModel = {
  readonly running: boolean;
  readonly ended: boolean;
  readonly stateZh: string;
  readonly text: string;
  /** Where the withholding contract is signed, while it waits for that. */
  readonly signUrl: string | null;
  readonly caseHref: string | null;
  /** Code of the service that signs a mandate; null while one is live. */
  readonly startService: string | null;
  readonly rows: readonly { readonly zh: string; readonly text: string }[];
  readonly days: Page<RenewalDay>;
};

export type CoverAnswer = {
  readonly at: string;
  readonly covered: boolean;
  readonly text: string;
  readonly policyNo: string | null;
  /** Hash or number of the entry that proves it. */
  readonly evidence: string | null;
};

export type PaymentState = 'created' | 'waiting' | 'paid' | 'failed' | 'closed' | 'unknown' | 'refunding' | 'refunded';

export type PaymentModel = {
  readonly title: string;
  readonly amountFen: number;
  /** 例如：保费总额 0.80 元；财政补贴 0.40 元 */
  readonly lines: readonly { readonly zh: string; readonly text: string }[];
  readonly state: PaymentState;
  readonly stateText: string;
  /** The cashier, while the order can be paid. */
  readonly payUrl: string | null;
  readonly expiresText: string | null;
  readonly caseId: string;
};

export type ProfileModel = {
  /** Whether registrations of this person were made one. */
  readonly merged: boolean;
  readonly rows: readonly { readonly zh: string; readonly text: string }[];
};

/** Who looked at my data, when and why. */
export type AccessItem = { readonly at: string; readonly who: string; readonly what: string; readonly why: string };

export type ConsentText = {
  /** Name of the box in the form. */
  readonly name: string;
  readonly zh: string;
  readonly paragraphs: readonly string[];
  readonly purpose: string;
  readonly version: string;
  readonly required: boolean;
};

/** A condition of a service; how the person stands to it and why, once somebody is known. */
export type ConditionView = {
  readonly zh: string;
  readonly standing: 'met' | 'unmet' | 'unknown' | null;
  readonly why: string;
};

export type ServiceGuide = {
  readonly code: string;
  readonly zh: string;
  readonly summary: string;
  readonly who: readonly string[];
  readonly conditions: readonly ConditionView[];
  readonly needs: readonly { readonly zh: string; readonly note: string }[];
  readonly asks: readonly string[];
  readonly time: readonly { readonly zh: string; readonly text: string; readonly unverified: boolean }[];
  readonly fee: string;
  readonly outcome: string;
  readonly office: string;
  readonly basis: readonly { readonly zh: string; readonly unverified: boolean }[];
  readonly draftAt: string | null;
};

export type FileView = {
  readonly fileId: string;
  readonly name: string;
  readonly mediaType: string;
  readonly stateZh: string;
};

export type RegionStep = {
  readonly code: string;
  readonly zh: string;
  readonly href: string | null;
  readonly choosable: boolean;
};

export type RegionPicker = {
  readonly path: readonly { readonly zh: string; readonly href: string }[];
  readonly children: readonly RegionStep[];
};

export type OrgOption = { readonly orgId: string; readonly name: string; readonly note: string };

/** One field as it is drawn: its definition and what was typed, prefilled or refused. */
export type FieldView = {
  readonly name: string;
  readonly kind: FieldKindName;
  readonly zh: string;
  readonly help: string | null;
  readonly required: boolean;
  readonly options: object;
  /** What the inputs show: as a form post would carry it. */
  readonly raw: unknown;
  /** Kept value of a secret, never shown whole again. */
  readonly masked: string | null;
  readonly problems: Problems;
  /** Where a prefilled value comes from. */
  readonly from: string | null;
  /** Sensitive: never in the phone's storage. */
  readonly sensitive: boolean;
  readonly files: readonly FileView[];
  readonly picker: RegionPicker | null;
  /** Name of the region inside an address or a location, and where to change it. */
  readonly place: { readonly zh: string; readonly changeHref: string } | null;
  readonly orgs: readonly OrgOption[] | null;
  readonly query: string;
  readonly today: string;
  readonly signer: string;
  /** A condition on other fields of the same page; the server has the last word. */
  readonly showWhen: Condition | null;
};

export type ReviewRow = {
  readonly name: string;
  readonly zh: string;
  readonly text: string;
  readonly href: string;
  readonly missing: boolean;
  readonly problems: Problems;
  readonly from: string | null;
  /** A doubt that blocks nothing. */
  readonly warning: string | null;
};

/** The terms of a contract, to be read before the declaration named `before`. */
export type TermsView = {
  readonly zh: string;
  readonly before: string;
  readonly sections: readonly {
    readonly zh: string;
    readonly lines: readonly string[];
    readonly basis: string;
    readonly unverified: boolean;
  }[];
};

export type PaymentLink = {
  readonly caseId: string;
  readonly amountFen: number;
  readonly stateText: string;
  /** It still waits to be paid. */
  readonly payable: boolean;
};

export type CasePage = {
  readonly view: CaseView;
  readonly payments: readonly PaymentLink[];
  /** Pages that tell more of this case than the case itself; what is to be done there comes first. */
  readonly links: readonly (Link & { readonly first: boolean })[];
};

/** What an agent sees first. */
export type ActingModel = {
  readonly principalName: string;
  readonly kindZh: string;
  readonly untilText: string;
  readonly services: readonly ServiceCard[];
  readonly cases: readonly CaseItem[];
};

export type AuthorityCard = {
  readonly authorityId: string;
  readonly agentName: string;
  readonly principalName: string;
  readonly kindZh: string;
  readonly stateZh: string;
  readonly services: readonly string[];
  readonly createdAt: string;
  readonly untilDay: string;
  readonly reason: string | null;
  readonly live: boolean;
  /** It was in use: the person may say that what was done was not theirs. */
  readonly disownable: boolean;
};

export type HelpingModel = {
  readonly asAgent: readonly AuthorityCard[];
  readonly asPrincipal: readonly AuthorityCard[];
};

export type Sms = { readonly to: string; readonly text: string; readonly at: string };

export type PointCard = {
  readonly name: string;
  readonly insurer: string;
  readonly place: string;
  readonly openHours: string;
  readonly hotline: string;
  readonly items: readonly string[];
  /** 350 米; empty when it cannot be told. */
  readonly far: string;
};

export type PageBody =
  | PrivacyBody
  | AccountBody
  | {
      readonly page: 'points';
      readonly points: readonly PointCard[];
      readonly region: string;
      readonly districts: readonly { readonly region: string; readonly zh: string; readonly count: number }[];
      readonly located: boolean;
    }
  | { readonly page: 'landing'; readonly events: readonly LifeEvent[]; readonly reportService: string }
  | { readonly page: 'login'; readonly next: string; readonly phone: string; readonly problems: Problems }
  | {
      readonly page: 'code';
      readonly next: string;
      readonly challengeId: string;
      readonly phoneMasked: string;
      readonly waitSeconds: number;
      /** The code was sent a moment ago, not now. */
      readonly again: boolean;
      readonly problems: Problems;
    }
  | {
      readonly page: 'register';
      readonly field: FieldView;
      readonly action: string;
      readonly step: number;
      readonly steps: number;
      readonly lead: string;
    }
  | {
      readonly page: 'register-consent';
      readonly steps: number;
      readonly rows: readonly { readonly zh: string; readonly text: string; readonly href: string }[];
      readonly consents: readonly ConsentText[];
      readonly problems: Problems;
    }
  | { readonly page: 'home'; readonly home: HomeModel }
  | { readonly page: 'acting'; readonly acting: ActingModel }
  | { readonly page: 'helping'; readonly helping: HelpingModel }
  | {
      readonly page: 'ask';
      readonly title: string;
      readonly lead: readonly string[];
      readonly action: string;
      readonly button: string;
      readonly fields: readonly FieldView[];
      readonly problems: Problems;
      readonly links: readonly Link[];
    }
  | { readonly page: 'directory'; readonly events: readonly LifeEvent[]; readonly query: string }
  | { readonly page: 'guide'; readonly guide: ServiceGuide }
  | {
      readonly page: 'question';
      readonly serviceZh: string;
      readonly action: string;
      readonly field: FieldView;
      readonly step: number;
      readonly steps: number;
      readonly change: boolean;
      /** Key of the phone's copy; null for what must not be stored there. */
      readonly draftKey: string | null;
      readonly draftTarget: string;
      readonly codeSentTo: string | null;
    }
  | {
      readonly page: 'review';
      readonly code: string;
      readonly serviceZh: string;
      readonly rows: readonly ReviewRow[];
      readonly declarations: readonly FieldView[];
      readonly problems: Problems;
      readonly fee: string;
      readonly total: string | null;
      readonly terms: TermsView | null;
    }
  | { readonly page: 'receipt'; readonly case: CasePage }
  | { readonly page: 'cases'; readonly cases: Page<CaseItem>; readonly first: boolean }
  | {
      readonly page: 'case';
      readonly case: CasePage;
      readonly ratingProblems: Problems;
      readonly ratingComment: string;
    }
  | {
      readonly page: 'act';
      readonly caseId: string;
      readonly caseNo: string;
      readonly action: PossibleAction;
      /** The step that this would end, with what must be seen before. */
      readonly step: ActiveStepView | null;
      readonly fields: readonly FieldView[];
      readonly reason: string;
      readonly problems: Problems;
      readonly note: string | null;
    }
  | { readonly page: 'payment'; readonly payment: PaymentModel }
  | { readonly page: 'messages'; readonly messages: Page<Message>; readonly first: boolean }
  | { readonly page: 'message'; readonly message: Message }
  | { readonly page: 'certificate'; readonly certificate: CertificateModel }
  | { readonly page: 'renewal'; readonly renewal: RenewalModel; readonly first: boolean }
  | {
      readonly page: 'cover';
      readonly cover: CoverModel;
      readonly askedDay: string;
      readonly askedTime: string;
      readonly answer: CoverAnswer | null;
      readonly problems: Problems;
    }
  | { readonly page: 'profile'; readonly profile: ProfileModel }
  | { readonly page: 'access'; readonly items: Page<AccessItem> }
  | { readonly page: 'display'; readonly next: string }
  | { readonly page: 'card'; readonly no: string; readonly code: string; readonly found: CardStanding | null }
  | {
      readonly page: 'problem';
      readonly status: number;
      readonly zh: string;
      readonly nextStep: string;
      readonly links: readonly Link[];
    }
  | { readonly page: 'phone'; readonly inbox: readonly Sms[] }
  | { readonly page: 'clock'; readonly now: string; readonly offsetText: string; readonly problems: Problems };

/** What a card that is shown is worth. */
export type CardStanding = {
  readonly valid: boolean;
  readonly zh: string;
  readonly rows: readonly { readonly zh: string; readonly text: string }[];
};

export type PageModel = PageBody & { readonly frame: Frame };

/** `style` is the text of the one style element, so that a content security policy can name its hash. */
export type Rendered = { readonly html: string; readonly title: string; readonly style: string };
export type Render = (model: PageModel) => Rendered;

export type { ActiveStepView, CaseView, FormField, PossibleAction };
