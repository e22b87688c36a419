/**
 * The entry proxy: a Service that it enters has the proxy as its only endpoint, and the proxy shares the requests out among the
 * versions behind it, by weights, headers, hosts and paths. It counts what each version answers, and how fast.
 *
 * <pre>
 *  browser --&gt; node port of Service "hello" --&gt; {@link dev.proa.delivery.entry.EntryProxy} --80 %--&gt; pods of Service "hello-stable"
 *                                                                      `---20 %--&gt; pods of Service "hello-canary"
 * </pre>
 *
 * {@link dev.proa.delivery.entry.EntryServices} follows the API and tells the proxy what there is;
 * {@link dev.proa.delivery.entry.EntryService} says where a request goes and is pure.
 */
@NullMarked
package dev.proa.delivery.entry;

import org.jspecify.annotations.NullMarked;
