// Messages to me, newest first, each with the case it speaks of.

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, write } from './api.ts';
import type { Listing, Notice } from './api-types.ts';
import { Pager } from './data-table.tsx';
import { Tag, When } from './marks.tsx';
import { api, pages } from './paths.ts';
import { Link, useQueryParams } from './router.tsx';
import { EmptyView, Loaded, PageHead } from './views.tsx';

export default function NoticesPage() {
  const { cursor } = useQueryParams();
  const list = useQuery({
    queryKey: ['notices', cursor],
    queryFn: () => get<Listing<Notice>>(api.notices({ cursor })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title="消息" />
      <Loaded query={list}>
        {(page) => (
          <>
            {page.items.length === 0 && (
              <EmptyView title="没有消息">任务临期、被催办或督办时，会在这里提醒您。</EmptyView>
            )}
            <ul className="notices">
              {page.items.map((notice) => (
                <li key={notice.noticeId} className={notice.read ? undefined : 'unread'}>
                  <p className="entry-head">
                    <strong>
                      {notice.caseId ? <Link to={pages.case(notice.caseId)}>{notice.title}</Link> : notice.title}
                    </strong>
                    {!notice.read && <Unread notice={notice} />}
                    <span className="soft">
                      <When at={notice.at} />
                    </span>
                  </p>
                  <p>{notice.text}</p>
                </li>
              ))}
            </ul>
            <Pager nextCursor={page.nextCursor} pageAt={(next) => pages.notices({ cursor: next })} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Unread({ notice }: { readonly notice: Notice }) {
  const client = useQueryClient();
  const mark = useMutation({
    mutationFn: () => write(api.noticeRead(notice.noticeId), {}),
    onSuccess: () => client.invalidateQueries({ queryKey: ['notices'] }),
  });
  return (
    <>
      <Tag tone="accent">未读</Tag>
      <button type="button" className="text-button" onClick={() => mark.mutate()} disabled={mark.isPending}>
        标为已读<span className="hidden">：{notice.title}</span>
      </button>
      {mark.error && <span className="field-error">没有标上，请再试一次。</span>}
    </>
  );
}
