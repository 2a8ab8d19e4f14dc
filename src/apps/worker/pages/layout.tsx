// The frame of every page: language, style, skip link, demonstration banner, header, main, tabs. One h1 belongs to each page.

import type { ComponentChildren } from 'preact';
import type { Frame, Tab } from './model.ts';
import { Shield } from './parts.tsx';
import { css } from './style.ts';

const tabs: readonly { tab: Tab; href: string; zh: string }[] = [
  { tab: 'home', href: '/m', zh: '首页' },
  { tab: 'services', href: '/m/services', zh: '办事' },
  { tab: 'cases', href: '/m/cases', zh: '办件' },
  { tab: 'messages', href: '/m/messages', zh: '消息' },
  { tab: 'me', href: '/m/me', zh: '我的' },
];

// A picture in the address itself, so that the browser asks for none.
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='%230b6e47'%3E%3Cpath d='M12 1 21 5v7c0 5-4 9-9 11-5-2-9-6-9-11V5z'/%3E%3C/svg%3E";

export function Layout(props: { frame: Frame; title: string; children: ComponentChildren }) {
  const { frame } = props;
  return (
    <html lang="zh-CN" class={frame.size === 'normal' ? undefined : frame.size}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover" />
        <meta name="format-detection" content="telephone=no" />
        <title>{props.title}</title>
        <link rel="icon" href={icon} />
        <style dangerouslySetInnerHTML={{ __html: css }} />
      </head>
      <body>
        <a class="skip" href="#main">
          跳到正文
        </a>
        {frame.demo ? (
          <aside class="demo" aria-label="演示环境">
            演示环境：数据均为虚构
          </aside>
        ) : null}
        <header class="top">
          {frame.back ? (
            <a href={frame.back.href}>‹ {frame.back.zh}</a>
          ) : (
            <a class="logo" href="/m">
              <Shield />
              工盾
            </a>
          )}
          <a href="/m/display">大字</a>
        </header>
        {frame.acting === null ? null : (
          <aside class="acting" aria-label="代办">
            正在替 {frame.acting} 办事 <a href="/m">查看或结束</a>
          </aside>
        )}
        <main id="main">{props.children}</main>
        {frame.signedIn && frame.tab !== null && frame.acting === null ? <Tabs frame={frame} /> : null}
        <script src={frame.islandUrl} defer />
      </body>
    </html>
  );
}

function Tabs({ frame }: { frame: Frame }) {
  return (
    <nav class="tabs" aria-label="主要栏目">
      <ul>
        {tabs.map((one) => (
          <li>
            <a href={one.href} aria-current={one.tab === frame.tab ? 'page' : undefined}>
              {one.zh}
              {one.tab === 'messages' && frame.unread > 0 ? (
                <span class="badge">
                  {frame.unread > 99 ? '99+' : frame.unread}
                  <span class="vh">条未读</span>
                </span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
