/** Which requests admission webhooks and policies are for: rules, selectors, equivalent resources, and objects in the versions they want. */
@NullMarked
package dev.proa.server.admission.matching;

import org.jspecify.annotations.NullMarked;
