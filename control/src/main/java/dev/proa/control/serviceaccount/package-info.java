/** Controllers that create what every namespace has: the service account {@code default} and the certificate of the cluster's CA. */
@NullMarked
package dev.proa.control.serviceaccount;

import org.jspecify.annotations.NullMarked;
