// What hangs on a case: documents issued, related and merged cases, where else to turn, and the applicant's rating. Nothing is done here.

import type { CaseView } from '#contract/cases';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link } from './router.tsx';

type Props = { readonly view: CaseView };

export function Documents({ view }: Props) {
  if (view.documents.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="documents-title">
      <h2 id="documents-title">文书</h2>
      <ul className="plain">
        {view.documents.map((document) => (
          <li key={document.documentId}>
            <a href={api.document(document.documentId)} target="_blank" rel="noreferrer">
              {document.title}
              <span className="hidden">（在新标签页打开）</span>
            </a>
            <span className="sub">
              <When at={document.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Related({ view }: Props) {
  if (view.related.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="related-title">
      <h2 id="related-title">相关办件</h2>
      <ul className="plain">
        {view.related.map((other) => (
          <li key={other.caseId}>
            <Link to={pages.case(other.caseId)}>{other.serviceZh}</Link> <Tag>{other.relation}</Tag>
            <span className="sub">
              <span className="mono">{other.caseNo}</span> · {other.statusText}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Appeals that were merged into this one: a part of what is decided here. */
export function Merged({ view }: Props) {
  if (view.merged.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="merged-title">
      <h2 id="merged-title">并入本件的诉求（{view.merged.length} 件）</h2>
      <ul className="plain">
        {view.merged.map((one) => (
          <li key={one.caseNo}>
            {one.asks}
            <span className="sub">
              <span className="mono">{one.caseNo}</span> · <When at={one.openedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Referrals({ view }: Props) {
  if (view.referrals.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="referrals-title">
      <h2 id="referrals-title">转介</h2>
      <ul className="plain">
        {view.referrals.map((referral) => (
          <li key={referral.zh}>
            {referral.zh} {!referral.available && <Tag>线下办理</Tag>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function RatingView({ view }: Props) {
  if (!view.rating) return null;
  return (
    <section className="panel" aria-labelledby="rating-title">
      <h2 id="rating-title">办事人评价</h2>
      <p>
        <Stars stars={view.rating.stars} />
      </p>
      {view.rating.comment && <p className="entry-note">{view.rating.comment}</p>}
    </section>
  );
}

export function Stars({ stars }: { readonly stars: number }) {
  return (
    <span className={stars <= 2 ? 'stars low' : 'stars'}>
      <span aria-hidden="true">{'★'.repeat(stars) + '☆'.repeat(Math.max(0, 5 - stars))}</span> {stars} 星
    </span>
  );
}
