/**
 * Who manages which fields of an object ({@code metadata.managedFields}), and server-side apply, which goes by it. Pure: from the
 * object that is there and the one that is to be, or the configuration that is applied, follows the next object.
 */
@NullMarked
package dev.proa.server.fieldmanager;

import org.jspecify.annotations.NullMarked;
