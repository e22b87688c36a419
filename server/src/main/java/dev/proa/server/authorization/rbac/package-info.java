/**
 * Role-based access control: roles and bindings of a store, what they allow, and what their authors may not grant.
 *
 * <pre>
 *   user, groups --RoleBindings--> bindings --Roles--> rules --PolicyRule--> allowed or not
 * </pre>
 */
@NullMarked
package dev.proa.server.authorization.rbac;

import org.jspecify.annotations.NullMarked;
