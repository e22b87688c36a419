/** Lets volumes, claims and attribute classes that are being deleted go once nothing uses them any more. */
@NullMarked
package dev.proa.control.protection;

import org.jspecify.annotations.NullMarked;
