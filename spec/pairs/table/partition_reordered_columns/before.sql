create table p(a int, b int, c text) partition by list(a);
