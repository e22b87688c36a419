/** The rules of custom resources ({@code x-kubernetes-validations}, KEP-2876): their checks in definitions, and of objects. */
@NullMarked
package dev.proa.server.apiextensions.rules;

import org.jspecify.annotations.NullMarked;
