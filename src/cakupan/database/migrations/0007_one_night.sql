-- One night of each relation of schema marts, under the same name.
create schema if not exists latest;
