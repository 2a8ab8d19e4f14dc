// An address that names no page.

import { Link } from './router.tsx';
import { pages } from './paths.ts';
import { PageHead } from './views.tsx';

export default function MissingPage() {
  return (
    <>
      <PageHead title="没有这个页面" note="地址可能抄错了，或页面已经改名。" />
      <p>
        <Link to={pages.tasks()}>回到任务列表</Link>
      </p>
    </>
  );
}
