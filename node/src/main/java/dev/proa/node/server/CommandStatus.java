package dev.proa.node.server;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;

/** How a command ended, as clients of exec and attach are told. */
sealed interface CommandStatus {
    /** @param code 128 + n when signal n killed it */
    record Exited(int code) implements CommandStatus {}

    /** It could not be run. */
    record Failed(String message) implements CommandStatus {}

    /** A {@code Status} as version 4 of the protocol and later ones have it. */
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

    /** What went wrong, as earlier versions of the protocol say it; empty when nothing did. */
    default String text() {
        return switch (this) {
            case Exited(int code) when code == 0 -> "";
            case Exited(int code) -> "command terminated with non-zero exit code: exit status " + code;
            case Failed(String message) -> "error executing command in container: " + message;
        };
    }
}
