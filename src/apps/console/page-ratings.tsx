// Low ratings that must be put right by a day: what the person said, and our reply, which the person sees.

import { Alert, App, Button } from 'antd';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { RatingPage, RatingView } from '#contract/cases';
import { get, sentenceOf, write } from './api.ts';
import { Stars } from './case-aside.tsx';
import { Pager } from './data-table.tsx';
import { LabeledInput } from './field.tsx';
import { Due, Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { useNow } from './session.tsx';
import { TextArea } from './text-area.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export default function RatingsPage() {
  const { all, cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['ratings', all, cursor],
    queryFn: () => get<RatingPage>(api.ratings({ due: all ? null : '1', cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="评价整改" note="一星、两星的评价自动开成“服务评议与差评整改”办件，在“任务”里限期回访、整改。" />
      <nav className="tabs" aria-label="评价范围">
        <Link to={pages.ratings()} aria-current={all ? undefined : 'page'}>
          待整改
        </Link>
        <Link to={pages.ratings({ all: 1 })} aria-current={all ? 'page' : undefined}>
          全部评价
        </Link>
      </nav>
      <Loaded query={list}>
        {(page) => (
          <>
            {page.items.length === 0 && (
              <EmptyView title={all ? '还没有评价' : '没有待整改的评价'}>办件办结后，办事人可以评价一次。</EmptyView>
            )}
            {page.items.map((rating) => (
              <RatingCard key={rating.caseId} rating={rating} />
            ))}
            <Pager
              nextCursor={page.nextCursor}
              pageAt={(next) => pages.ratings({ all: all ? 1 : null, cursor: next })}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function RatingCard({ rating }: { readonly rating: RatingView }) {
  const late = rating.dueRectifyAt !== null && rating.reply === null && rating.dueRectifyAt < useNow();
  return (
    <article className="panel gap">
      <h2>
        <Link to={pages.case(rating.caseId)}>{rating.serviceZh}</Link>
        <span className="marks">
          <Stars stars={rating.stars} />
        </span>
      </h2>
      <p className="soft">
        <span className="mono">{rating.caseNo}</span> · 评价于 <When at={rating.at} />
        {rating.dueRectifyAt && (
          <>
            {' '}
            · 整改期限 <Due at={rating.dueRectifyAt} /> {late && <Tag tone="red">已超期</Tag>}
          </>
        )}
      </p>
      <p className="entry-note">{rating.comment ?? '没有写文字评价。'}</p>
      {rating.rectifyCaseId && (
        <p>
          <Link to={pages.case(rating.rectifyCaseId)}>打开差评整改办件</Link>
          ：回访、整改、再回访都在那里办，结果自动答复评价人。
        </p>
      )}
      {rating.reply !== null && <p className="note green">已答复：{rating.reply}</p>}
      {rating.reply === null && !rating.rectifyCaseId && rating.dueRectifyAt && <ReplyForm rating={rating} />}
    </article>
  );
}

function ReplyForm({ rating }: { readonly rating: RatingView }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [reply, setReply] = useState('');
  const [problem, setProblem] = useState<string | undefined>();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (Array.from(reply.trim()).length < 4) return setProblem('请写明怎样改正的，至少四个字。');
    setBusy(true);
    setFailure(null);
    try {
      await write(api.ratingReply(rating.caseId), { reply: reply.trim() });
      void message.success('答复已发给办事人。');
      await client.invalidateQueries({ queryKey: ['ratings'] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failure === null ? null : sentenceOf(failure);
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <LabeledInput label={`答复办件 ${rating.caseNo}`} required error={problem} help="办事人会收到这段话。">
        {(control) => (
          <TextArea
            control={control}
            rows={2}
            max={500}
            value={reply}
            onChange={(text) => {
              setReply(text);
              setProblem(undefined);
            }}
          />
        )}
      </LabeledInput>
      {said && <Alert type="error" showIcon role="alert" title={said.what} description={said.next} className="gap" />}
      <Button type="primary" htmlType="submit" loading={busy}>
        提交整改答复
      </Button>
    </form>
  );
}
