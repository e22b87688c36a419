package dev.proa.node.server;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** The status of a command, as sent to clients of exec and attach. */
sealed interface CommandStatus {
    /** @param code 128 + n when signal n killed it */
    record Exited(int code) implements CommandStatus {}

    /** It could not be run. */
    record Failed(String message) implements CommandStatus {}

    /** A {@code Status}, for version 4 of the protocol and later. */
    default byte[] toJson() {
        MapValue status = switch (this) {
            case Exited(int code) when code == 0 -> MapValue.of("metadata", MapValue.EMPTY, "status", "Success");
            case Exited(int code) ->
                MapValue.of(
                        "metadata",
                        MapValue.EMPTY,
                        "status",
                        "Failure",
                        "message",
                        text(),
                        "reason",
                        "NonZeroExitCode",
                        "details",
                        MapValue.of(
                                "causes",
                                ListValue.of(MapValue.of("reason", "ExitCode", "message", Integer.toString(code)))));
            case Failed failed ->
                MapValue.of(
                        "metadata",
                        MapValue.EMPTY,
                        "status",
                        "Failure",
                        "message",
                        "Internal error occurred: " + text(),
                        "reason",
                        "InternalError",
                        "code",
                        500L);
        };
        return Json.encode(status);
    }

    /** An error text, for earlier versions of the protocol; empty for success. */
    default String text() {
        return switch (this) {
            case Exited(int code) when code == 0 -> "";
            case Exited(int code) -> "command terminated with non-zero exit code: exit status " + code;
            case Failed(String message) -> "error executing command in container: " + message;
        };
    }
}
