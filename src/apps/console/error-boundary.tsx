// The last net: a fault in a page leaves the menu standing and says what can be done. React has no function for this, so it is
// a class.

import { Button, Result } from 'antd';
import { Component, type ReactNode } from 'react';

type Props = { readonly children: ReactNode; readonly resetKey?: string };
type State = { readonly failed: boolean };

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.failed && previous.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <Result
          status="warning"
          title="这一页出了问题"
          subTitle="可能是系统刚刚更新过。重新载入通常就好；还不行，请联系管理员并告知时间和正在办的事。"
          extra={
            <Button type="primary" onClick={() => location.reload()}>
              重新载入
            </Button>
          }
        />
      </div>
    );
  }
}
