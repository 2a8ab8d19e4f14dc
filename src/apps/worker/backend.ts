// The port of the worker's pages: everything that they need from the server, in the words of the pages. Types only. Reads are
// already masked for their person; "no" is a thrown Refusal of '#platform/errors', and problems of fields come back as data.

import type { Service } from '#catalog/define';
import type { CaseCommand } from '#contract/cases';
import type { Access } from '#platform/access';
import type { FieldProblem } from '#platform/errors';
import type {
  AccessItem,
  CardStanding,
  CaseItem,
  CasePage,
  ConditionView,
  ConsentText,
  CertificateModel,
  CoverAnswer,
  CoverModel,
  FileView,
  HomeModel,
  LifeEvent,
  Message,
  OrgOption,
  Page,
  PaymentModel,
  ProfileModel,
  RenewalModel,
  Sms,
} from './pages/model.ts';
import type { PageModel } from './pages/model.ts';
import type { AccountBackend, StepUpBackend } from './backend-account.ts';
import type { PeopleBackend } from './backend-people.ts';
import type { PrivacyBackend } from './backend-privacy.ts';
import type { RegistrationPart } from './registration.ts';

type PointsModel = Extract<PageModel, { page: 'points' }>;

export type WorkerSession = {
  /** The person's own, or an agent's under an authority: everything is asked with it. */
  readonly access: Access;
  /** As the greeting shows it. */
  readonly name: string;
  /** County (or city) of GB/T 2260 where the region picker starts. */
  readonly region: string;
  /** Bound to the session; every form carries it. */
  readonly csrf: string;
  readonly unread: number;
};

/** Tokens are opaque; the routes keep them in HttpOnly cookies. */
export type Login =
  | { readonly kind: 'session'; readonly token: string; readonly maxAgeSeconds: number }
  /** So long without a login that the number may be another's by now. */
  | { readonly kind: 'confirm'; readonly token: string }
  | { readonly kind: 'register'; readonly registrationToken: string; readonly maxAgeSeconds: number };

export type Challenge = {
  readonly challengeId: string;
  readonly phoneMasked: string;
  readonly waitSeconds: number;
  /** Nothing was sent now: the code of a moment ago still holds. */
  readonly again: boolean;
};

/** A person who proved a phone and is not registered yet. What was typed so far is sealed inside of the token. */
export type Registration = {
  readonly phoneMasked: string;
  readonly name: string | null;
  readonly idMasked: string | null;
  /** The document's number says no birth day, so the person does. */
  readonly asksBirthDay: boolean;
  readonly birthDay: string | null;
  readonly region: string | null;
  readonly consents: readonly ConsentText[];
};

/** Raw input of a field as it was posted: text, list, or object by part (`{text, region, lat, lng}`). */
export type RawAnswers = Readonly<Record<string, unknown>>;

export type RegistrationInput = Readonly<Partial<Record<RegistrationPart, unknown>>>;

/** The token that holds the new part as well and takes the place of the one before. */
export type SavedRegistration =
  | { readonly problems: readonly FieldProblem[] }
  | { readonly token: string; readonly maxAgeSeconds: number };

export type Draft = {
  readonly draftId: string;
  readonly updatedAt: string;
  /** Parsed values (as parseForm gives them) of what was answered; secrets (id and card numbers) are left out. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Masks of the secrets that were answered. */
  readonly masks: Readonly<Record<string, string>>;
  /** Parsed values offered to the person, with where they come from, in words. */
  readonly prefill: Readonly<Record<string, { readonly value: unknown; readonly from: string }>>;
  /** Files named in the answers. */
  readonly files: Readonly<Record<string, FileView>>;
};

export type Review = {
  /** Who insures where this case would go. */
  readonly insurer: string | null;
  /** What it costs, in one line, once that can be said. */
  readonly total: string | null;
  readonly warnings: Readonly<Record<string, string>>;
};

/** As it came: nothing about it is believed before the file module has looked at it. */
export type Upload = { readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array };

export type FileBytes = {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
};

export type WorkerBackend = {
  readonly people: PeopleBackend;
  readonly stepUp: StepUpBackend;
  readonly account: AccountBackend;
  readonly privacy: PrivacyBackend;
  // ---- who is here
  session(token: string): Promise<WorkerSession | null>;
  /** The same answer for known and unknown numbers. Refuses when asked too often. `address` is the client's, for the limit. */
  requestCode(phone: string, address: string): Promise<Challenge>;
  challenge(challengeId: string): Promise<Challenge | null>;
  /** A wrong or spent code is a Refusal (422). `oldToken` is the session that the browser came with: it ends. */
  verifyCode(challengeId: string, code: string, oldToken: string | null, address: string): Promise<Login>;
  registration(token: string): Promise<Registration | null>;
  /** Checks and keeps a part. Problems are named by the part: `name`, `idDocument.number`. */
  saveRegistration(token: string, input: RegistrationInput): Promise<SavedRegistration>;
  /** `agreed` holds the tokens (purpose@version) of the boxes ticked. The same request again opens a session of the same person. */
  register(
    token: string,
    agreed: readonly string[],
    requestId: string,
    oldToken: string | null,
  ): Promise<
    { readonly problems: readonly FieldProblem[] } | { readonly token: string; readonly maxAgeSeconds: number }
  >;
  logout(token: string): Promise<void>;

  // ---- what there is
  home(access: Access): Promise<HomeModel>;
  /** All services by life event; with a query only those that match. */
  directory(query: string): Promise<readonly LifeEvent[]>;
  service(code: string): Service | null;
  /** How the person stands to the conditions of a service, in its order. A doubt never blocks: the deciders decide. */
  conditions(access: Access, serviceCode: string): Promise<readonly ConditionView[]>;
  /** Published service points of a district or everywhere; the nearest first where the position is known. */
  servicePoints(
    region: string | null,
    near: { readonly latitude: number; readonly longitude: number } | null,
  ): Promise<Pick<PointsModel, 'points' | 'districts'>>;
  /** Code of the service behind the large button. */
  reportService(): string;
  searchOrganisations(query: string, fieldConcept: string | null): Promise<readonly OrgOption[]>;

  // ---- applying
  draft(access: Access, serviceCode: string): Promise<Draft | null>;
  /** Gives back the draft that there is, if there is one. */
  startDraft(access: Access, serviceCode: string): Promise<Draft>;
  /**
   * Checks the fields that are given and keeps the right ones; sending the same again changes nothing. A signature comes as
   * `{fileId}` or `{typedName, smsCode}`; the code is checked here. An empty optional field is `undefined` and removes the answer.
   */
  saveDraft(access: Access, serviceCode: string, answers: RawAnswers): Promise<readonly FieldProblem[]>;
  /** Adds to or takes from a field of files, one at a time, so that parallel uploads lose nothing. */
  attachFile(access: Access, serviceCode: string, field: string, fileId: string): Promise<readonly FieldProblem[]>;
  detachFile(access: Access, serviceCode: string, field: string, fileId: string): Promise<void>;
  /** What stands beside the answers before they are sent; `warnings` by field, they block nothing. */
  review(access: Access, serviceCode: string): Promise<Review>;
  /** SMS code that confirms a typed signature. */
  requestSignatureCode(access: Access): Promise<{ readonly phoneMasked: string; readonly waitSeconds: number }>;
  /** Checks everything again, opens the case and ends the draft, all or nothing; gives the case. Problems come as a Refusal. */
  submit(access: Access, serviceCode: string, requestId: string): Promise<string>;
  /** The case that this request opened before, for a post that comes again. */
  submitted(access: Access, requestId: string): Promise<string | null>;

  // ---- cases
  cases(access: Access, cursor: string | null): Promise<Page<CaseItem>>;
  caseView(access: Access, caseId: string): Promise<CasePage>;
  /** What the case holds, for a form that came back. */
  given(access: Access, caseId: string): Promise<Pick<Draft, 'answers' | 'masks'>>;
  /** Problems of its form come as a Refusal with `problems` whose paths begin with the field's name. Gives the new view's case. */
  command(access: Access, caseId: string, command: CaseCommand, requestId: string): Promise<void>;
  rate(
    access: Access,
    caseId: string,
    rating: { readonly stars: number; readonly comment: string },
    requestId: string,
  ): Promise<void>;

  // ---- files and papers
  upload(access: Access, file: Upload): Promise<FileView>;
  file(access: Access, fileId: string): Promise<FileBytes>;
  /** A whole print page. */
  document(access: Access, documentId: string): Promise<{ readonly html: string }>;
  documentPdf(access: Access, documentId: string): Promise<Uint8Array>;

  // ---- money and cover
  /** The newest order of the case. */
  payment(access: Access, caseId: string): Promise<PaymentModel>;
  /** Asks the payment party about this order when its state is not known yet. */
  refreshPayment(access: Access, caseId: string): Promise<void>;
  cover(access: Access, cursor: string | null): Promise<CoverModel>;
  coverAt(access: Access, instant: string): Promise<CoverAnswer>;
  /** Of a policy that an organisation took out for the person. */
  certificate(access: Access, policyNo: string): Promise<CertificateModel>;
  leaveCover(access: Access, policyNo: string): Promise<void>;
  /** The person's auto-renewal, live or last, and every renewal, newest first. */
  renewal(access: Access, cursor: string | null): Promise<RenewalModel>;

  // ---- messages and me
  messages(access: Access, cursor: string | null): Promise<Page<Message>>;
  /** Marks it read. Refuses when it is not theirs. */
  openMessage(access: Access, messageId: string): Promise<Message>;
  markAllRead(access: Access): Promise<void>;
  profile(access: Access): Promise<ProfileModel>;
  /** What a membership card that somebody shows is worth now. */
  checkCard(memberNo: string, code: string): Promise<CardStanding>;
  whoSawMyData(access: Access, cursor: string | null): Promise<Page<AccessItem>>;
};

/** Present in demonstration mode only. */
export type DemoTools = {
  /** Newest first. */
  inbox(): Promise<readonly Sms[]>;
  /** Moves the demonstration's time forward, lets what is due happen, and comes back. */
  advance(milliseconds: number): Promise<void>;
};
