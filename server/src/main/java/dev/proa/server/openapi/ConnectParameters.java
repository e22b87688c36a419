package dev.proa.server.openapi;

import static dev.proa.server.openapi.Parameters.inQuery;

import dev.proa.server.openapi.Operation.Parameter;
import java.util.ArrayList;
import java.util.List;

/** The parameters of subresources that open a connection, and of logs. */
final class ConnectParameters {
    private ConnectParameters() {}

    /** @param kind of the options, as {@code PodExecOptions} */
    static List<Parameter> of(String kind) {
        return switch (kind) {
            case "PodExecOptions" -> streams(true);
            case "PodAttachOptions" -> streams(false);
            case "PodPortForwardOptions" ->
                List.of(inQuery("ports", "integer", "the ports to forward; needed for WebSockets"));
            case "NodeProxyOptions", "PodProxyOptions", "ServiceProxyOptions" ->
                List.of(inQuery("path", "string", "the path of the request that is passed on"));
            default -> List.of();
        };
    }

    private static List<Parameter> streams(boolean command) {
        List<Parameter> parameters = new ArrayList<>();
        if (command) {
            parameters.add(inQuery("command", "string", "the command and its arguments, not run by a shell"));
        }
        parameters.add(inQuery("container", "string", "the container; may be left out when there is only one"));
        parameters.add(inQuery("stderr", "boolean", "whether standard error is connected"));
        parameters.add(inQuery("stdin", "boolean", "whether standard input is connected"));
        parameters.add(inQuery("stdout", "boolean", "whether standard output is connected"));
        parameters.add(inQuery("tty", "boolean", "whether there is a terminal"));
        return parameters;
    }

    static List<Parameter> ofLogs() {
        return List.of(
                inQuery("container", "string", "the container; may be left out when there is only one"),
                inQuery("follow", "boolean", "whether to wait for more"),
                inQuery(
                        "insecureSkipTLSVerifyBackend",
                        "boolean",
                        "whether the certificate of the kubelet need not be valid"),
                inQuery("limitBytes", "integer", "how many bytes to return at most"),
                inQuery("previous", "boolean", "whether those of the container before the last restart"),
                inQuery("sinceSeconds", "integer", "how old lines may be"),
                inQuery("stream", "string", "All, Stdout or Stderr"),
                inQuery("tailLines", "integer", "how many of the last lines to return"),
                inQuery("timestamps", "boolean", "whether lines begin with their time"));
    }
}
