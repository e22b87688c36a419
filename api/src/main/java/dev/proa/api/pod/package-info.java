/** What follows from a pod's spec for whoever has to reckon with it: API server, scheduler, kubelet. */
@NullMarked
package dev.proa.api.pod;

import org.jspecify.annotations.NullMarked;
