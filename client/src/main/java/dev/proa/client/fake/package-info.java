/** An API server in memory for tests of reconcilers: {@link dev.proa.client.fake.FakeTransport}. Not used by anything that runs. */
@NullMarked
package dev.proa.client.fake;

import org.jspecify.annotations.NullMarked;
