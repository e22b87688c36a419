/** Who makes a request and what it wants to do, as the pipeline asks it: the interfaces of authentication and authorization. */
@NullMarked
package dev.proa.server.auth;

import org.jspecify.annotations.NullMarked;
