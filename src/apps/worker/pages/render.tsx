// All pages of the worker's app as one typed function. Draws what the model says and nothing else.

import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import {
  AccessPage,
  CoverPage,
  DisplayPage,
  MessagePage,
  MessagesPage,
  PaymentPage,
  ProblemPage,
  ProfilePage,
} from './account.tsx';
import { QuestionPage, ReceiptPage, ReviewPage } from './apply.tsx';
import { ActPage, CasePage, CasesPage } from './cases.tsx';
import { CardPage } from './card.tsx';
import { CardsPage, PhoneNumberPage, StopPage } from './card-account.tsx';
import { MergedPage } from './merged.tsx';
import { ClockPage, PhonePage } from './demo.tsx';
import { CodePage, Landing, LoginPage, RegisterConsentPage, RegisterPage } from './entry.tsx';
import { ActingPage, AskPage, HelpingPage } from './helping.tsx';
import { HomePage } from './home.tsx';
import { Layout } from './layout.tsx';
import { CertificatePage } from './certificate.tsx';
import { RenewalPage } from './renewal.tsx';
import type { PageModel, Rendered } from './model.ts';
import { PointsPage } from './points.tsx';
import { DirectoryPage, GuidePage } from './services.tsx';
import { ErasurePage } from './erasure.tsx';
import { ConsentPage, PrivacyPage } from './privacy.tsx';
import { css } from './style.ts';

type Drawn = { readonly title: string; readonly body: VNode; readonly wrong?: boolean };

function draw(model: PageModel): Drawn {
  switch (model.page) {
    case 'landing':
      return { title: '工盾', body: <Landing model={model} /> };
    case 'login':
      return { title: '登录', body: <LoginPage model={model} />, wrong: model.problems.length > 0 };
    case 'code':
      return { title: '填写验证码', body: <CodePage model={model} />, wrong: model.problems.length > 0 };
    case 'register':
      return { title: model.field.zh, body: <RegisterPage model={model} />, wrong: model.field.problems.length > 0 };
    case 'register-consent':
      return { title: '核对并同意', body: <RegisterConsentPage model={model} />, wrong: model.problems.length > 0 };
    case 'acting':
      return { title: '替家人办', body: <ActingPage model={model} /> };
    case 'helping':
      return { title: '替家人办', body: <HelpingPage model={model} /> };
    case 'ask':
      return { title: model.title, body: <AskPage model={model} />, wrong: model.problems.length > 0 };
    case 'merged':
      return { title: '合并的登记', body: <MergedPage model={model} /> };
    case 'cards':
      return { title: '银行卡', body: <CardsPage model={model} /> };
    case 'phone-number':
      return { title: '手机号', body: <PhoneNumberPage model={model} /> };
    case 'stop':
      return { title: '是您办的吗', body: <StopPage model={model} /> };
    case 'home':
      return { title: '首页', body: <HomePage model={model} /> };
    case 'directory':
      return { title: '办事', body: <DirectoryPage model={model} /> };
    case 'points':
      return { title: '附近的服务点', body: <PointsPage model={model} /> };
    case 'guide':
      return { title: model.guide.zh, body: <GuidePage model={model} /> };
    case 'question':
      return {
        title: `${model.field.zh} · ${model.serviceZh}`,
        body: <QuestionPage model={model} />,
        wrong: model.field.problems.length > 0,
      };
    case 'review':
      return {
        title: `核对 · ${model.serviceZh}`,
        body: <ReviewPage model={model} />,
        wrong: model.problems.length > 0,
      };
    case 'receipt':
      return { title: `已提交 · ${model.case.view.serviceZh}`, body: <ReceiptPage model={model} /> };
    case 'cases':
      return { title: '我的办件', body: <CasesPage model={model} /> };
    case 'case':
      return {
        title: model.case.view.serviceZh,
        body: <CasePage model={model} />,
        wrong: model.ratingProblems.length > 0,
      };
    case 'act':
      return { title: model.action.zh, body: <ActPage model={model} />, wrong: model.problems.length > 0 };
    case 'payment':
      return { title: model.payment.title, body: <PaymentPage model={model} /> };
    case 'messages':
      return { title: '消息', body: <MessagesPage model={model} /> };
    case 'message':
      return { title: model.message.title, body: <MessagePage model={model} /> };
    case 'cover':
      return { title: '我的保障', body: <CoverPage model={model} />, wrong: model.problems.length > 0 };
    case 'renewal':
      return { title: '自动续保', body: <RenewalPage model={model} /> };
    case 'certificate':
      return { title: '保险凭证', body: <CertificatePage model={model} /> };
    case 'profile':
      return { title: '我的', body: <ProfilePage model={model} /> };
    case 'privacy':
      return { title: '个人信息', body: <PrivacyPage model={model} /> };
    case 'erasure':
      return { title: '删除我的信息', body: <ErasurePage model={model} /> };
    case 'consent':
      return { title: model.purpose.zh, body: <ConsentPage model={model} />, wrong: model.problems.length > 0 };
    case 'access':
      return { title: '谁看过我的信息', body: <AccessPage model={model} /> };
    case 'display':
      return { title: '字的大小', body: <DisplayPage model={model} /> };
    case 'card':
      return { title: '核验会员证', body: <CardPage model={model} /> };
    case 'problem':
      return { title: model.zh, body: <ProblemPage model={model} /> };
    case 'phone':
      return { title: '演示手机', body: <PhonePage model={model} /> };
    case 'clock':
      return { title: '演示时间', body: <ClockPage model={model} />, wrong: model.problems.length > 0 };
  }
}

export function render(model: PageModel): Rendered {
  const drawn = draw(model);
  const title = `${drawn.wrong === true ? '需要修改：' : ''}${drawn.title}`;
  const full = title === '工盾' ? title : `${title} - 工盾`;
  const page = (
    <Layout frame={model.frame} title={full}>
      {drawn.body}
    </Layout>
  );
  return { html: `<!doctype html>${renderToString(page)}`, title: full, style: css };
}
