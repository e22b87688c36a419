/**
 * The three ways to describe a change of an object: {@linkplain dev.proa.api.patch.JsonMergePatch JSON merge patch} (RFC 7386),
 * {@linkplain dev.proa.api.patch.JsonPatch JSON patch} (RFC 6902) and Kubernetes' own
 * {@linkplain dev.proa.api.patch.StrategicMergePatch strategic merge patch}. All are pure: they make a new value that shares
 * what they leave alone.
 */
@NullMarked
package dev.proa.api.patch;

import org.jspecify.annotations.NullMarked;
