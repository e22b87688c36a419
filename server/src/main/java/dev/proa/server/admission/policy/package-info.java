/** Admission policies (KEP-3488 and KEP-3962): expressions that refuse or change what clients write. */
@NullMarked
package dev.proa.server.admission.policy;

import org.jspecify.annotations.NullMarked;
