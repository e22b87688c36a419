package dev.proa.registry;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request fails; the message is for its user. */
final class RegistryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final ErrorCode code;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    RegistryException(ErrorCode code, String message) {
        this(code.status(), code, message);
    }

    RegistryException(int status, ErrorCode code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    /** With a header on the answer. */
    RegistryException header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    int status() {
        return status;
    }

    ErrorCode code() {
        return code;
    }

    Map<String, String> headers() {
        return headers;
    }

    String text() {
        String message = getMessage();
        return message == null ? code.name() : message;
    }
}
