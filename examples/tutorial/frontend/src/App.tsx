import { Route, Router } from "@solidjs/router";
import { lazy } from "solid-js";
import { Shell } from "./layout/Shell";

const HomePage = lazy(async () => ({ default: (await import("./pages/HomePage")).HomePage }));
const LoginPage = lazy(async () => ({ default: (await import("./pages/LoginPage")).LoginPage }));
const DashboardPage = lazy(async () => ({ default: (await import("./pages/DashboardPage")).DashboardPage }));
const NotFoundPage = lazy(async () => ({ default: (await import("./pages/NotFoundPage")).NotFoundPage }));

export function App() {
  return (
    <Router root={Shell}>
      <Route path="/" component={HomePage} />
      <Route path="/login" component={LoginPage} />
      <Route path="/dashboard" component={DashboardPage} />
      <Route path="*" component={NotFoundPage} />
    </Router>
  );
}
