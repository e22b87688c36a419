package com.example.books;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Counts responses by their status. */
@WebFilter("/*")
public class RequestCount extends HttpFilter {
    private static final Map<Integer, Long> COUNTS = new TreeMap<>();

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } finally {
            synchronized (COUNTS) {
                COUNTS.merge(response.getStatus(), 1L, Long::sum);
            }
        }
    }

    /** The counts in Prometheus' text format. */
    static String text() {
        StringBuilder text = new StringBuilder("# TYPE books_requests_total counter\n");
        synchronized (COUNTS) {
            COUNTS.forEach((status, count) -> text.append("books_requests_total{status=\"")
                    .append(status)
                    .append("\"} ")
                    .append(count)
                    .append('\n'));
        }
        return text.toString();
    }
}
