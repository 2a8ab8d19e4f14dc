// Starts the tests' PostgreSQL once for a whole run and ends it afterwards. Each Vitest project that needs a database calls
// this, so the cluster is counted, not started again.

import type { TestProject } from 'vitest/node';
import { startTestCluster, type ClusterInfo, type TestCluster } from './cluster.ts';

declare module 'vitest' {
  // Vitest's way to type what global setup hands to tests.
  interface ProvidedContext {
    cluster: ClusterInfo;
  }
}

type Shared = { users: number; cluster: Promise<TestCluster> };

declare global {
  // Each project loads this file anew, so the one cluster is kept on the process. `var` is how TypeScript types that.
  var gongdunTestCluster: Shared | undefined;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (globalThis.gongdunTestCluster ??= { users: 0, cluster: startTestCluster() });
  shared.users += 1;
  const { maintenanceUrl, templateUrl, template, appPassword } = await shared.cluster;
  project.provide('cluster', { maintenanceUrl, templateUrl, template, appPassword });
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    globalThis.gongdunTestCluster = undefined;
    await (await shared.cluster).stop();
  };
}
