package dev.proa.http.grpc;

import java.io.IOException;

/** A gRPC call that failed, with the message that clients in Go give: {@code rpc error: code = CODE desc = TEXT}. */
public final class GrpcException extends IOException {
    private static final long serialVersionUID = 1;

    private final String code;

    /** @param code the status' name as Go has it, such as {@code DeadlineExceeded} */
    public GrpcException(String code, String description) {
        super("rpc error: code = " + code + " desc = " + description);
        this.code = code;
    }

    /** The status' name as Go has it. */
    public String code() {
        return code;
    }
}
