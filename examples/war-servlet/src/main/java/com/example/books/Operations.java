package com.example.books;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Probes and metrics. */
@WebServlet({"/healthz", "/readyz", "/metrics"})
public class Operations extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().print(request.getServletPath().equals("/metrics") ? RequestCount.text() : "ok\n");
    }
}
