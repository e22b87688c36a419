/**
 * The kinds of Argo Rollouts ({@code argoproj.io/v1alpha1}) as typed views with Argo's defaults, their definitions, and the names of labels and
 * annotations.
 */
@NullMarked
package dev.proa.delivery.argo;

import org.jspecify.annotations.NullMarked;
