/**
 * Objects as rows of a table for people ({@code meta.k8s.io Table}): which columns a resource has, and what an object shows in them.
 *
 * <p>The columns are facts, recorded from Kubernetes into {@code columns.txt}; the cells are functions of an object and the time.
 */
@NullMarked
package dev.proa.server.table;

import org.jspecify.annotations.NullMarked;
