/**
 * gRPC without generated code, for services with a few small messages: {@link dev.proa.http.grpc.GrpcClient} makes unary calls, {@link
 * dev.proa.http.grpc.Wire} writes and reads their messages.
 */
@NullMarked
package dev.proa.http.grpc;

import org.jspecify.annotations.NullMarked;
