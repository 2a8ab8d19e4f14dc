// The door of notices: telling in a transaction, sending outside of it, reading.

export {
  createNotices,
  type NoticeContext,
  type Notices,
  type NoticesOptions,
  type Sent,
  type SmsSender,
} from './actions.ts';
